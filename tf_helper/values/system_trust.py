"""Where Linux distributions keep the certificates that the whole system trusts."""

# The first that exists has the system's roots. These are the files that Go's crypto/x509 looks for, and Coder with it.
SYSTEM_TRUST_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/certs/ca-bundle.crt",
    "/etc/pki/tls/cacert.pem",
)

# Go trusts every file in these as well, and OpenSSL those that are named after their hash.
SYSTEM_TRUST_DIRECTORIES = ("/etc/ssl/certs", "/etc/pki/tls/certs")

# update-ca-certificates, update-ca-trust and trust (p11-kit) make every program trust what is in these.
TRUST_ANCHOR_DIRECTORIES = (
    "/usr/local/share/ca-certificates",
    "/usr/share/ca-certificates",
    "/etc/pki/ca-trust/source",
    "/usr/share/pki/ca-trust-source",
    "/etc/pki/trust/anchors",
    "/usr/share/pki/trust/anchors",
    "/etc/ca-certificates/trust-source",
)
