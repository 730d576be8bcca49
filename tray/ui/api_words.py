"""Pure: what a user pastes into another program to reach the running engine."""

from tray.models.state import Connection


def api_address(connection: Connection) -> str:
    """The base address OpenAI-compatible programs ask for."""
    return f"{connection.base_url}/v1"


def curl_example(connection: Connection) -> str:
    """One line that works in a POSIX shell and in the Windows command prompt."""
    return (
        f"curl {api_address(connection)}/chat/completions"
        f' -H "Authorization: Bearer {connection.api_key}"'
        ' -H "Content-Type: application/json"'
        r' -d "{\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}"'
    )
