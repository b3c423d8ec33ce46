"""Files that clients send with a request, by the GraphQL multipart request specification, passed on while they come."""

from gateway.transport.uploads.intake import MULTIPART, UploadOptions, receive_upload

__all__ = ["MULTIPART", "UploadOptions", "receive_upload"]
