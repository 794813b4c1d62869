"""A reader of DER (X.690), as much of it as certificates need."""

from typing import NamedTuple

# OpenSSL translates no longer ones either, and Python no numbers of thousands of digits.
_MAX_OID_BYTES = 586


class Value(NamedTuple):
    """A value: its tag, its content, and the whole of it."""

    tag: int
    content: bytes
    whole: bytes

    @property
    def parts(self) -> "list[Value]":
        """The values that it consists of. Raises ValueError."""
        return read(self.content)

    @property
    def oid(self) -> str:
        """The object identifier as numbers with dots between them, or in hexadecimal if it is too long."""
        if len(self.content) > _MAX_OID_BYTES:
            return f"#{self.content.hex()}"
        numbers, number = [], 0
        for byte in self.content:
            number = number << 7 | byte & 0x7F
            if byte < 0x80:  # noqa: PLR2004 - the last byte of a number
                numbers.append(number)
                number = 0
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))


def read(data: bytes) -> list[Value]:
    """Return the values that `data` consists of. Raises ValueError."""
    values: list[Value] = []
    start = 0
    while start < len(data):
        header, length = start + 2, int.from_bytes(data[start + 1 : start + 2], "big")
        if length >= 0x80:  # noqa: PLR2004 - how many bytes the length has; none is for BER only
            header += length - 0x80
            length = int.from_bytes(data[start + 2 : header] or b"\xff" * 8, "big")
        end = header + length
        if end > len(data):
            raise ValueError
        values.append(Value(data[start], data[header:end], data[start:end]))
        start = end
    return values
