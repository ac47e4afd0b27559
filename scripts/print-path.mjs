console.log(`PATH=${process.env.PATH}`)
