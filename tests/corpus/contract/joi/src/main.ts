import * as Joi from 'joi'

const schema = Joi.object({
  SECRET: Joi.string().required(),
  RATE: Joi.number().default(10),
  MODE: Joi.string().valid('a', 'b').default('a'),
  NOTE: Joi.string(),
  HOOK: Joi.string().uri().required(),
  MAYBE: Joi.string().when('MODE', { is: 'a', then: Joi.required() }),
}).unknown()

const { error, value } = schema.validate(process.env)
if (error) throw new Error(error.message)
