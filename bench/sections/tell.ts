// What every part of the bench is given to say what it is doing.
export type Tell = (text: string) => void
