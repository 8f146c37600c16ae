console.log(JSON.stringify(process.env))
const given = process.env.GIVEN
start(process.env)
