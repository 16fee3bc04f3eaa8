use nn::prelude::*;

#[derive(Clone, Tensors)]
struct Posterior {
    mean: Tensor,
    log_variance: Tensor,
}

#[model(input = [4], new())]
struct Net {
    #[layer(6)]
    a: Dense,
    #[layer(5)]
    b: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Posterior {
        let prior = Posterior {
            mean: self.a(&x),
            log_variance: self.b(&x),
        };
        Posterior {
            mean: prior.mean.clone(),
            log_variance: prior.log_variance + prior.mean,
        }
    }
}

fn main() {}
