TOKEN=$(curl --silent --fail "$URL/oauth/token/" \
  --data grant_type=client_credentials --data "client_id=$CLIENT_ID" --data "client_secret=$CLIENT_SECRET" \
  | sed 's/.*"access_token": *"\([^"]*\)".*/\1/')
curl --silent --fail "$URL/api/v1/households/verify/" \
  --header "Authorization: Bearer $TOKEN" --header "Content-Type: application/json" \
  --data "{\"id_no\": \"$ID_NO\", \"purpose\": \"低保对象核对\", \"fields\": [\"status\", \"village\"]}"
