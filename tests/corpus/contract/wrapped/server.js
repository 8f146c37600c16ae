if (!process.env.FROM_DOPPLER) throw new Error('FROM_DOPPLER')
