#!/bin/sh
# A database for each sub-market and each city, made when the server starts for the first time.
set -eu
for name in core agriculture carbon healthcare \
  city_3301 city_3302 city_3303 city_3304 city_3305 city_3306 city_3307 city_3308 city_3309 city_3310 city_3311; do
  createdb --username "$POSTGRES_USER" "$name"
done
