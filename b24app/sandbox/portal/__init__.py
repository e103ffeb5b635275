"""One Bitrix24 portal in small."""
