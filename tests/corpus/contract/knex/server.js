const knex = require('knex')(require('./knexfile').production)
