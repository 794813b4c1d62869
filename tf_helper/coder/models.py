"""What the deployment answers, as far as it matters here."""

from pydantic import BaseModel


class BuildInfo(BaseModel):
    """GET /api/v2/buildinfo (https://coder.com/docs/reference/api/general#build-info)."""

    version: str


class User(BaseModel):
    """GET /api/v2/users/me (https://coder.com/docs/reference/api/users#get-user-by-name)."""

    username: str


class ApiError(BaseModel):
    """The body of an error (https://coder.com/docs/reference/api/schemas#codersdkresponse)."""

    message: str
    detail: str = ""
