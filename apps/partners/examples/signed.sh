TOKEN=$(curl --silent --fail "$URL/oauth/token/" \
  --data grant_type=client_credentials --data "client_id=$CLIENT_ID" --data "client_secret=$CLIENT_SECRET" \
  | sed 's/.*"access_token": *"\([^"]*\)".*/\1/')
URL_PATH=/api/v1/households/verify/
BODY="{\"id_no\": \"$ID_NO\", \"purpose\": \"低保对象核对\", \"fields\": [\"status\", \"village\"]}"
STAMP=$(date +%s)
NONCE=$(openssl rand -hex 16)
DIGEST=$(printf '%s' "$BODY" | openssl dgst -sm3 | sed 's/.*= //')
SIGNATURE=$(printf '%s\n%s\n%s\n%s\n%s\n%s' POST "$URL_PATH" "" "$DIGEST" "$STAMP" "$NONCE" \
  | openssl dgst -sm3 -mac HMAC -macopt "hexkey:$SIGNING_KEY" | sed 's/.*= //')
curl --silent --fail "$URL$URL_PATH" \
  --header "Authorization: Bearer $TOKEN" --header "Content-Type: application/json" \
  --header "X-Timestamp: $STAMP" --header "X-Nonce: $NONCE" --header "X-Signature: $SIGNATURE" \
  --data "$BODY"
