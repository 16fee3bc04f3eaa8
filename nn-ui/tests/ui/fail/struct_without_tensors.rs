use nn::prelude::*;

struct Pair {
    left: Tensor,
    right: Tensor,
}

#[model]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Pair {
        Pair { left: self.dense(&x), right: x }
    }
}

fn main() {
    let net = Net { dense: Dense::new(1) };
    let _ = net.forward(Tensor::ones([1, 2])).left;
}
