process.env.TZ_OF_APP = 'UTC'
process.env.REGION ||= 'eu'
if (!process.env.REGION) throw new Error('REGION')
