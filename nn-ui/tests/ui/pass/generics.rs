//! Layers with type parameters, const parameters and where-clauses.
#![deny(warnings)]

use nn::prelude::*;

#[model]
struct Net<A: Layer<Input = Tensor, Output = Tensor>, B, const N: usize>
where
    B: Layer<Input = Tensor, Output = Tensor>,
{
    first: A,
    rest: [B; N],
    #[config]
    scale: f32,
}

#[model]
impl<A: Layer<Input = Tensor, Output = Tensor>, B, const N: usize> Net<A, B, N>
where
    B: Layer<Input = Tensor, Output = Tensor>,
{
    fn call(&self, x: Tensor) -> Tensor {
        self.rest(self.first(x)) * self.scale
    }

    fn train_step(&self, step: &mut Step<'_, Self>, (x, _): (Tensor, Tensor)) -> nn::Result<()> {
        let _ = (step, x);
        Err(nn::Error::training("overridden"))
    }
}

pub fn main() {
    let net = Net {
        first: Dense::new(3),
        rest: [Dense::new(2), Dense::new(1)],
        scale: 0.5,
    };
    assert_eq!(net.forward(Tensor::ones([4, 5])).shape(), [4, 1]);
    let paths: Vec<String> = net
        .parameters()
        .iter()
        .map(|p| p.path().to_string())
        .collect();
    assert_eq!(paths[0], "first.kernel");
    assert_eq!(paths[4], "rest.1.kernel");
    assert_eq!(net.clone_model().config(), net.config());
}
