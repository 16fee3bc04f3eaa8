mod blocks {
    use nn::prelude::*;

    #[model(new(units: usize))]
    pub struct Block {
        #[layer(units)]
        pub dense: Dense,
    }

    #[model]
    impl Block {
        fn call(&self, x: Tensor) -> Tensor {
            self.dense(&x) - x
        }
    }
}

#[nn::model(input = [10], new())]
pub struct Net {
    #[layer(12)]
    block: blocks::Block,
}

#[nn::model]
impl Net {
    fn call(&self, x: nn::Tensor) -> nn::Tensor {
        self.block(x)
    }
}

fn main() {}
