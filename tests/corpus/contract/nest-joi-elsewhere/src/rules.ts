import * as Joi from 'joi'

export const rules = Joi.object({
  QUEUE_URL: Joi.string().uri().required(),
  RETRIES: Joi.number().default(3),
})

export const body = Joi.object({
  NOT_A_VARIABLE: Joi.string().required(),
})
