use nn::prelude::*;

fn main() {
    #[model(input = [10], new())]
    struct Local {
        #[layer(3)]
        dense: Dense,
    }

    #[model]
    impl Local {
        fn call(&self, x: Tensor) -> Tensor {
            &x + &self.dense(&x)
        }
    }
    println!("{}", Local::OUTPUT);
}
