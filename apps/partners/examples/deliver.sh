TOKEN=$(curl --silent --fail "$URL/oauth/token/" \
  --data grant_type=client_credentials --data "client_id=$CLIENT_ID" --data "client_secret=$CLIENT_SECRET" \
  | sed 's/.*"access_token": *"\([^"]*\)".*/\1/')
send() {
  curl --silent --fail --request "$1" "$URL/api/v1/datasets/CA-DB/deliveries/$2" \
    --header "Authorization: Bearer $TOKEN" --header "Content-Type: application/json" --data "$3"
}
ID=$(send POST "" "{\"period\": \"$PERIOD\"}" | sed 's/.*"id": *\([0-9]*\).*/\1/')
send PUT "$ID/chunks/1/" "{\"rows\": [{\"id_no\": \"$ID_NO\", \"name\": \"$NAME\", \"grade\": \"1\", \"from_on\": \"2018-01-01\"}]}"
send POST "$ID/complete/" "{\"chunks\": 1, \"rows\": 1}"
