use nn::prelude::*;

#[model(new())]
struct Asked {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Asked {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }

    fn autocast(&self, dtype: DType) -> bool {
        dtype == DType::F32
    }
}

#[model(new())]
struct Owned {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Owned {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }

    fn autocast(self) -> bool {
        false
    }
}

#[model(new())]
struct Silent {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl Silent {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }

    fn autocast(&self) {}
}

fn main() {}
