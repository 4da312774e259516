#!/bin/sh
# Run once by the database image on an empty volume: roles, database and rights of the platform.
set -eu
POVERTY_APP_PASSWORD=$(cat /run/secrets/app_password)
POVERTY_OWNER_PASSWORD=$(cat /run/secrets/owner_password)
POVERTY_PUBLIC_PASSWORD=$(cat /run/secrets/public_password)
export POVERTY_APP_PASSWORD POVERTY_OWNER_PASSWORD POVERTY_PUBLIC_PASSWORD
psql --no-psqlrc --quiet --username postgres --dbname postgres --set database=poverty --file /platform/bootstrap.sql
