#!/bin/sh
# node other.js
exec node dist/main.js
