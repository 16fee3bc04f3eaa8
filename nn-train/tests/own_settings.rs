//! Activations, initializers, regularizers and constraints that are types of a program's own, in a model that is trained, cloned and saved.

use nn_core::random::set_seed;
use nn_core::{Constrain, DType, Initialize, Module, Regularize, Shape, Tensor};
use nn_layers::{Activate, Dense, Sequential};
use nn_train::losses::MeanSquaredError;
use nn_train::optimizers::SGD;
use nn_train::{Compile, Compiled, Fit, Model, Verbose, register};
use serde::{Deserialize, Serialize};

/// `x·sigmoid(βx)`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Swish {
    beta: f64,
}

impl Activate for Swish {
    fn apply(&self, x: &Tensor) -> Tensor {
        x * (x * self.beta).sigmoid()
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Ramp {
    step: f64,
}

impl Initialize for Ramp {
    fn sample(&self, shape: Shape, dtype: DType) -> Tensor {
        (Tensor::arange(shape.num_elements()).reshape(shape) * self.step).cast(dtype)
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Smooth {
    factor: f64,
}

impl Regularize for Smooth {
    fn penalty(&self, value: &Tensor) -> Tensor {
        (value.square() + 1.0).sqrt().sum() * self.factor
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Capped {
    limit: f64,
}

impl Constrain for Capped {
    fn project(&self, value: &Tensor) -> Tensor {
        value.clip(-self.limit, self.limit)
    }
}

register!(Activate: Swish);
register!(Initialize: Ramp);
register!(Regularize: Smooth);
register!(Constrain: Capped);

/// Not made known.
#[derive(Debug, PartialEq, Serialize)]
struct Secret;

impl Activate for Secret {
    fn apply(&self, x: &Tensor) -> Tensor {
        x.relu()
    }
}

fn dense() -> Dense {
    Dense::new(2)
        .activation(Swish { beta: 1.5 }.into())
        .kernel_initializer(Ramp { step: 0.25 }.into())
        .kernel_regularizer(Smooth { factor: 0.5 }.into())
        .kernel_constraint(Capped { limit: 0.5 }.into())
}

fn train(model: &mut Compiled<Sequential>) {
    let x = Tensor::linspace(-1.0, 1.0, 8).reshape([4, 2]);
    let fit = Fit::new().epochs(2).verbose(Verbose::Silent);
    model.fit((&x, &x), fit).unwrap();
}

#[test]
fn they_compute_and_come_back_from_a_file_with_their_settings() {
    set_seed(1);
    let x = Tensor::from([[1.0_f32, 2.0]]);
    let layer = dense();
    let y = nn_core::Layer::forward(&layer, x.clone());
    // The kernel is [[0, 0.25], [0.5, 0.75]].
    let z = Tensor::from([[1.0_f32, 1.75]]);
    let expected = &z * (&z * 1.5).sigmoid();
    nn_core::testing::assert_close(&y, &expected, 1e-6);

    let path = std::env::temp_dir().join(format!("nn_own_settings_{}", std::process::id()));
    let compile = Compile::new(SGD::new(0.1), MeanSquaredError::new());
    let mut model = Sequential::new().add(dense()).compile(compile);
    train(&mut model);
    let kernel = model.parameters()[0].value().to_vec::<f32>().unwrap();
    assert!(kernel.iter().all(|w| w.abs() <= 0.5), "{kernel:?}");
    model.save(&path).unwrap();
    let mut again = Compiled::<Sequential>::load(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let copy = model.model().clone_model();
    assert_eq!(again.model().config(), model.model().config());
    assert_eq!(copy.config(), model.model().config());
    let same = |a: &Tensor, b: &Tensor| assert_eq!(a.data::<f32>(), b.data::<f32>());
    same(&again.predict(&x).unwrap(), &model.predict(&x).unwrap());
    same(&copy.predict(&x).unwrap(), &model.predict(&x).unwrap());
    // Penalty and projection too are those of before.
    train(&mut model);
    train(&mut again);
    same(&again.predict(&x).unwrap(), &model.predict(&x).unwrap());
}

#[test]
fn one_that_is_not_known_is_told_how_to_be() {
    let layer = Dense::new(1).activation(Secret.into());
    assert!(
        format!("{layer:?}").contains("activation: Own(Secret)"),
        "{layer:?}"
    );
    let model = Sequential::new().add(layer);
    nn_core::Layer::build(&model, [2]).unwrap();
    let path = std::env::temp_dir().join(format!("nn_own_secret_{}", std::process::id()));
    let e = model.save_model(&path).unwrap_err().to_string();
    assert!(e.contains("`nn::register!(Activate: Secret);`"), "{e}");
    assert!(!path.exists());
}
