import Env from '@ioc:Adonis/Core/Env'

export const appKey: string = Env.get('APP_KEY')
export const name = Env.get('APP_NAME', 'shop')
