curl --silent --fail "$URL/oauth/token/" \
  --data grant_type=client_credentials --data "client_id=$CLIENT_ID" --data "client_secret=$CLIENT_SECRET"
