"""Links that recipients may follow: signed with the installation's key, so that nobody can make one up."""

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from domain.errors import RuleBroken

UNSUBSCRIBE = "/unsubscribe/"
_SALT = "unsubscribe"


class LinkBroken(RuleBroken):
    """This link is not whole: part of it is missing or was changed. Open it from the message again."""

    code = "LINK_BROKEN"
    status = 404


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads links under `public_url` ("https://valhalla.example.com", without a slash at its end); None where
    nobody outside can reach us, and then there are none. They never run out: sixty days at least must they work
    (CASL s.11(2))."""

    public_url: str | None
    secret_key: str

    def unsubscribe(self, workspace_id: str, send_id: int) -> str | None:
        """Return the link that ends messages like this one."""
        if self.public_url is None:
            return None
        return f"{self.public_url}{UNSUBSCRIBE}{self._serializer().dumps([workspace_id, send_id])}"

    def read_unsubscribe(self, token: str) -> tuple[str, int]:
        """Return whose link it is: the workspace and the send. Raises `LinkBroken`."""
        try:
            workspace_id, send_id = self._serializer().loads(token)
        except (BadSignature, ValueError, TypeError) as error:
            raise LinkBroken from error
        # The last sign of base64 holds two bits that nothing checks: of all spellings only our own is taken.
        if self._serializer().dumps([workspace_id, send_id]) != token:
            raise LinkBroken
        return str(workspace_id), int(send_id)

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret_key, salt=_SALT)
