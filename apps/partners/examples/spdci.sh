TOKEN=$(curl --silent --fail "$URL/oauth/token/" \
  --data grant_type=client_credentials --data "client_id=$CLIENT_ID" --data "client_secret=$CLIENT_SECRET" \
  | sed 's/.*"access_token": *"\([^"]*\)".*/\1/')
NOW=$(date -u +%Y-%m-%dT%H:%M:%SZ)
curl --silent --fail "$URL/spdci/registry/sync/search" \
  --header "Authorization: Bearer $TOKEN" --header "Content-Type: application/json" \
  --data @- <<END
{
  "signature": "",
  "header": {
    "version": "1.0.0", "message_id": "m-1", "message_ts": "$NOW", "action": "search",
    "sender_id": "$CLIENT_ID", "receiver_id": "poverty-register", "total_count": 1
  },
  "message": {
    "transaction_id": "t-1",
    "search_request": [{
      "reference_id": "r-1", "timestamp": "$NOW",
      "search_criteria": {
        "query_type": "idtype-value",
        "query": {"type": "UIN", "value": "$ID_NO"},
        "authorize": {"purpose": {"text": "低保对象核对"}}
      }
    }]
  }
}
END
