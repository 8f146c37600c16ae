export FROM_SCRIPT=1
exec node server.js
