//! Your own Dense in a second form: each setting and each weight is said once, and gets Keras's keys in the configuration, builder methods and
//! defaults for it.
use nn::prelude::*;

#[derive(Clone, Layer)]
struct MyDense {
    #[config]
    units: usize,
    /// What the result is multiplied with.
    #[config(default = 1.0)]
    scale: f64,
    /// With or without a bias.
    #[config(default = true)]
    use_bias: bool,
    #[param(initializer = Initializer::GlorotUniform)]
    kernel: Param,
    #[param(initializer = Initializer::Zeros, when = use_bias)]
    bias: Option<Param>,
}

#[model]
impl MyDense {
    const fn new(units: usize) -> Self {
        Self::with_defaults(units)
    }

    fn build(&self, input: &Shape) -> nn::Result<()> {
        self.kernel.build([input.dim(-1)?, self.units])?;
        match &self.bias {
            Some(bias) => bias.build([self.units]),
            None => Ok(()),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        let y = x.matmul(&self.kernel) * self.scale;
        match &self.bias {
            Some(bias) => y + bias,
            None => y,
        }
    }
}

fn main() -> nn::Result<()> {
    let layer = MyDense::new(3)
        .scale(0.5)
        .kernel_initializer(Initializer::Ones)
        .kernel_regularizer(Regularizer::l2(0.01))
        .use_bias(false);
    assert_eq!(
        layer.forward(Tensor::ones([1, 4])).to_vec::<f32>()?,
        [2.0; 3]
    );
    println!("{}", layer.config()); // kernel_initializer, kernel_regularizer, kernel_constraint, ...

    // By its name, as a file or Keras's JSON has it: what is missing has its default, what is unknown is an error.
    let read = nn::keras::layer_from_json(
        r#"{"class_name": "MyDense", "config": {"units": 2, "kernel_initializer": "ones"}}"#,
    )?;
    assert_eq!(
        read.forward(Tensor::ones([1, 4])).to_vec::<f32>()?,
        [4.0; 2]
    );
    let mistake = nn::keras::layer_from_json(
        r#"{"class_name": "MyDense", "config": {"units": 2, "skale": 2}}"#,
    );
    println!("{}", mistake.unwrap_err());
    Ok(())
}
