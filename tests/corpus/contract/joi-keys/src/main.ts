import Joi from 'joi'
const schema = Joi.object()
  .keys({
    MONGODB_URL: Joi.string().required().description('where the data is'),
    JWT_MINUTES: Joi.number().default(30),
  })
  .unknown()
const { value: variables, error } = schema.prefs({ errors: { label: 'key' } }).validate(process.env)
if (error) {
  throw new Error(`Config validation error: ${error.message}`)
}
