use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> ! {
        let _ = self.dense(x);
        loop {}
    }
}

fn main() {}
