//! A layer whose kernel is kept at spectral norm 1.

use crate::core::unit::unit;
use nn_core::config::{Reader, Writer};
use nn_core::ops::where_;
use nn_core::registry::{AnyLayer, LayerClass, call_one};
use nn_core::trace::trace_on;
use nn_core::{
    Error, Initializer, Layer, Module, Param, Result, Shape, Tensor, floatx, module, no_gradient,
};
use serde_json::Value;

/// Wraps a layer, and in training divides its `kernel` (or `embeddings`) by the largest singular value, so that the layer stretches no input: what
/// keeps the critic of a generative adversarial network smooth.
///
/// The singular value is that of the kernel as a matrix `[.., last dimension]`, estimated by power iteration: `v = u·Wᵀ / |u·Wᵀ|`,
/// `u = v·W / |v·W|`, `σ = v·W·uᵀ`, from the `u` of the step before. Gradients flow through the division, and not through `u` and `v`. The
/// parameter itself is not changed by it, while a penalty on it sees the divided one; in inference it is used as it is. (Keras writes the divided kernel back on other backends than JAX.)
///
/// Shapes: those of the layer. Parameters: those of the layer; a buffer: `vector_u`, `[1, last dimension of the kernel]`.
///
/// Source: Miyato et al. 2018; Keras's `SpectralNormalization`.
///
/// ```
/// use nn::{Dense, Initializer, Layer, SpectralNormalization, Tensor};
/// let dense = Dense::new(2).kernel_initializer(Initializer::Identity { gain: 5.0 });
/// let layer = SpectralNormalization::new(dense);
/// let y = layer.call(Tensor::from([[1.0_f32, 2.0]]), true);
/// nn::testing::assert_close(&y, &Tensor::from([[1.0_f32, 2.0]]), 1e-5);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SpectralNormalization {
    layer: AnyLayer,
    power_iterations: usize,
    vector_u: Param,
}

/// How the vector that finds the singular value starts.
const SMALL: Initializer = Initializer::TruncatedNormal {
    mean: 0.0,
    stddev: 0.02,
};

impl SpectralNormalization {
    /// Around a layer from one tensor to one tensor that has a `kernel` or `embeddings`; one step of power iteration a call.
    pub fn new<L: Layer<Input = Tensor, Output = Tensor>>(layer: L) -> SpectralNormalization {
        SpectralNormalization {
            layer: Box::new(layer),
            power_iterations: 1,
            vector_u: Param::buffer(SMALL),
        }
    }

    /// How many steps of the power iteration each call in training makes, 1 to 1000.
    pub fn power_iterations(mut self, power_iterations: usize) -> SpectralNormalization {
        self.power_iterations = power_iterations;
        self
    }

    fn make(&self, input: &Shape) -> Result<()> {
        // Some dozens find the singular value to all digits; a file may say a number that no call would come to the end of.
        if !(1..=1_000).contains(&self.power_iterations) {
            return Err(Error::value(format!(
                "SpectralNormalization makes 1 to 1000 steps of power iteration, found {}",
                self.power_iterations
            )));
        }
        if !self.kernel()?.is_built() {
            // The layer makes its parameters for the shape of its input, which a trace is enough for.
            let _ = trace_on(&self.layer, vec![Tensor::abstract_of(*input, floatx())])?;
        }
        self.vector_u.build([1, self.kernel()?.shape().dim(-1)?])
    }

    /// The wrapped layer's kernel.
    fn kernel(&self) -> Result<&Param> {
        let parameters = module::parameters(&*self.layer);
        match parameters.iter().find(|p| is_kernel(p.path())) {
            Some(kernel) => Ok(kernel.param()),
            None => Err(Error::value(format!(
                "SpectralNormalization wraps a layer with a `kernel` or `embeddings`, and {} has neither",
                (*self.layer).class_name().unwrap_or("this layer")
            ))),
        }
    }

    /// The kernel divided by its largest singular value, and the vector that found it. A kernel of zeros stays as it is.
    fn normalized(&self, kernel: &Tensor) -> (Tensor, Tensor) {
        let shape = kernel.shape();
        let columns = shape[shape.rank() - 1];
        let matrix = kernel.reshape([shape.num_elements() / columns.max(1), columns]);
        let is_zero = kernel.equal(0.0).all();
        let (u, v) = no_gradient(|| {
            let matrix = matrix.stop_gradient();
            let mut u = self.vector_u.value();
            let mut v = u.clone();
            for _ in 0..self.power_iterations {
                v = unit(&u.matmul_transposed(&matrix), &[0, 1], 1e-7);
                u = unit(&v.matmul(&matrix), &[0, 1], 1e-7);
            }
            (where_(&is_zero, &self.vector_u, u), v)
        });
        let sigma = v.matmul(&matrix).matmul_transposed(&u).reshape([]);
        (kernel / where_(&is_zero, 1.0, sigma), u)
    }
}

// Not derived: Keras lists the vector behind the kernel, in the middle of the layer's weights.
impl Module for SpectralNormalization {
    fn class_name(&self) -> Option<&'static str> {
        Some("SpectralNormalization")
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        self.layer.visit(&mut |name, child| {
            visit(&format!("layer.{name}"), child);
            if is_kernel(name) {
                visit("vector_u", &self.vector_u);
            }
        });
    }

    fn config(&self) -> Value {
        Writer::new("SpectralNormalization")
            .module("layer", &self.layer)
            .value("power_iterations", &self.power_iterations)
            .finish()
    }

    fn from_config(config: &Value) -> Result<SpectralNormalization> {
        let reader = Reader::new(&["SpectralNormalization"], config)?;
        reader.only(&["layer", "power_iterations"], &[])?;
        let made = SpectralNormalization {
            layer: reader.module("layer")?,
            power_iterations: match reader.has("power_iterations") {
                true => reader.value("power_iterations")?,
                false => 1,
            },
            vector_u: Param::buffer(SMALL),
        };
        reader.finish(&made)?;
        Ok(made)
    }
}

fn is_kernel(name: &str) -> bool {
    matches!(name, "kernel" | "embeddings")
}

impl Layer for SpectralNormalization {
    type Input = Tensor;
    type Output = Tensor;

    fn build_parameters(&self, input: &Shape) -> Result<()> {
        self.make(input)
    }

    fn run(&self, x: Tensor, training: bool) -> Tensor {
        if !training {
            return call_one(&*self.layer, x, training);
        }
        let normalized_run = || -> Result<Tensor> {
            let kernel = self.kernel()?;
            let (normalized, vector_u) = self.normalized(&kernel.value());
            // As in Keras, a penalty on the kernel is one on what it is divided to.
            kernel.penalize_as(&normalized);
            let y = kernel.with_value(&normalized, || call_one(&*self.layer, x, training))?;
            no_gradient(|| self.vector_u.assign(&vector_u))?;
            Ok(y)
        };
        normalized_run().unwrap_or_else(Tensor::failed)
    }
}

nn_core::submit! {
    LayerClass = LayerClass {
        class_name: "SpectralNormalization",
        module: module_path!(),
        layer_type: std::any::TypeId::of::<SpectralNormalization>(),
        from_config: |config| Some(SpectralNormalization::from_config(config).map(|l| Box::new(l) as AnyLayer)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Conv2D, Dense, Embedding, Flatten};

    #[test]
    fn kernels_come_to_norm_1() {
        let layer = SpectralNormalization::new(Dense::new(3)).power_iterations(100);
        let x = Tensor::random_normal([4, 5]);
        let normalized = layer.call(&x, true).to_vec::<f32>().unwrap();
        let calm = layer.forward(&x).to_vec::<f32>().unwrap();
        // The norm of a kernel ten times as large is ten times as large.
        let kernel = layer.kernel().unwrap();
        kernel.set_value(&(kernel.value() * 10.0)).unwrap();
        let again = layer.call(&x, true).to_vec::<f32>().unwrap();
        for (a, b) in again.iter().zip(&normalized) {
            // As far as 100 steps find the singular value.
            assert!((a - b).abs() <= 1e-3 * b.abs().max(1.0), "{a} {b}");
        }
        for (a, b) in layer.forward(&x).to_vec::<f32>().unwrap().iter().zip(&calm) {
            assert!((a - b * 10.0).abs() <= 1e-5 * a.abs().max(1.0), "{a} {b}");
        }
        let paths: Vec<String> = layer
            .parameters()
            .iter()
            .map(|p| p.path().to_string())
            .collect();
        assert_eq!(paths, ["layer.kernel", "vector_u", "layer.bias"]);
        let copy = layer.clone_model();
        assert_eq!(
            copy.call(&x, true).to_vec::<f32>().unwrap(),
            layer.call(&x, true).to_vec::<f32>().unwrap()
        );
    }

    #[test]
    fn any_layer_with_a_kernel_goes_in() {
        let conv = SpectralNormalization::new(Conv2D::new(4, 3));
        assert_eq!(
            conv.call(Tensor::ones([2, 5, 5, 3]), true).shape(),
            [2, 3, 3, 4]
        );
        let words = SpectralNormalization::new(Embedding::new(5, 4));
        assert_eq!(
            words.call(Tensor::from([[1_i64, 4]]), true).shape(),
            [1, 2, 4]
        );
        let error = SpectralNormalization::new(Flatten::new()).forward(Tensor::ones([2, 3]));
        let error = error.into_result().unwrap_err().to_string();
        assert!(error.contains("and Flatten has neither"), "{error}");
        let zeros =
            SpectralNormalization::new(Dense::new(2).kernel_initializer(Initializer::Zeros));
        let y = zeros
            .call(Tensor::ones([1, 3]), true)
            .to_vec::<f32>()
            .unwrap();
        assert_eq!(y, [0.0; 2]);
    }
}
