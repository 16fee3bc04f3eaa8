use nn::prelude::*;

#[model]
struct Net {
    dense: Dense,
}

fn predict(net: &Net, x: Tensor) -> Tensor {
    net.forward(x)
}

fn main() {
    let net = Net { dense: Dense::new(1) };
    println!("{:?}", net.dense(predict(&net, Tensor::ones([1, 1]))));
}
