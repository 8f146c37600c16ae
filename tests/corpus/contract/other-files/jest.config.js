module.exports = { x: process.env.JEST.length }
