import env from '#start/env'

export default {
  from: env.get('MAIL_FROM'),
  port: env.get('SMTP_PORT', 587),
  user: env.get('SMTP_USER') || 'nobody',
}
