//! A function as a layer.

use nn_core::config::{Reader, Writer};
use nn_core::registry::{DynLayer, LayerClass};
use nn_core::{Error, Layer, Module, Result, Tensor};
use serde_json::Value;
use std::any::TypeId;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, Weak};
use std::time::{SystemTime, UNIX_EPOCH};

type Function = dyn Fn(Tensor) -> Tensor + Send + Sync;

/// A function or closure as a layer without parameters: `y = f(x)`.
///
/// Shapes: whatever the function takes and gives. A file does not hold code: it can be loaded by the program that saved it, once that has
/// made the same `Lambda`; a layer of your own, a struct under `#[model]`, is found by its name in every program.
///
/// Source: Keras's `Lambda`.
///
/// ```
/// use nn::{Dense, Lambda, Layer, Module, Sequential, Tensor};
/// let model = Sequential::new().add(Dense::new(3)).add(Lambda::new(|x| x.square() * 2.0));
/// assert_eq!(model.clone_model().forward(Tensor::ones([1, 4])).shape(), [1, 3]);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Lambda {
    name: String,
    function: Arc<Function>,
}

/// Where a copy finds its function.
enum Known {
    /// It captures nothing: there is one.
    Always(Arc<Function>),
    /// It lives as long as the layers that hold it.
    Held(Weak<Function>),
}

static KNOWN: LazyLock<Mutex<BTreeMap<String, Known>>> = LazyLock::new(Mutex::default);
static COUNT: AtomicUsize = AtomicUsize::new(0);
/// Tells the functions of this run of the program from those of others.
static RUN: LazyLock<String> = LazyLock::new(|| {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    format!("{}.{}", std::process::id(), now.map_or(0, |d| d.as_nanos()))
});

impl Lambda {
    /// The layer that calls a function.
    pub fn new<F: Fn(Tensor) -> Tensor + Send + Sync + 'static>(function: F) -> Lambda {
        let (path, id) = (std::any::type_name::<F>(), TypeId::of::<F>());
        let function: Arc<Function> = Arc::new(function);
        let (name, known) = match size_of::<F>() {
            0 => (format!("{path} {id:?}"), Known::Always(function.clone())),
            _ => {
                let number = COUNT.fetch_add(1, Ordering::Relaxed);
                let name = format!("{path} {id:?} {}.{number}", *RUN);
                (name, Known::Held(Arc::downgrade(&function)))
            }
        };
        let mut all = KNOWN.lock().unwrap_or_else(|e| e.into_inner());
        all.retain(|_, known| !matches!(known, Known::Held(f) if f.strong_count() == 0));
        all.insert(name.clone(), known);
        Lambda { name, function }
    }
}

impl fmt::Debug for Lambda {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.name.split(' ').next().unwrap_or_default();
        write!(f, "Lambda({path})")
    }
}

// Not derived: a function is found, not rebuilt.
impl Module for Lambda {
    fn class_name(&self) -> Option<&'static str> {
        Some("Lambda")
    }

    fn visit<'a>(&'a self, _: &mut dyn FnMut(&str, &'a dyn Module)) {}

    fn config(&self) -> Value {
        Writer::new("Lambda").value("function", &self.name).finish()
    }

    fn from_config(config: &Value) -> Result<Lambda> {
        let name: String = Reader::new(&["Lambda"], config)?.value("function")?;
        let all = KNOWN.lock().unwrap_or_else(|e| e.into_inner());
        let function = match all.get(&name) {
            Some(Known::Always(function)) => Some(function.clone()),
            Some(Known::Held(function)) => function.upgrade(),
            None => None,
        };
        drop(all);
        match function {
            Some(function) => Ok(Lambda { name, function }),
            None => Err(Error::format(format!(
                "the function of a Lambda, `{}`, is not known here: a file holds no code; make the same Lambda first, in the program that \
                 saved it, or make a layer of the function, a struct under `#[model]`",
                name.split(' ').next().unwrap_or_default()
            ))),
        }
    }
}

impl Layer for Lambda {
    type Input = Tensor;
    type Output = Tensor;

    fn run(&self, x: Tensor, _: bool) -> Tensor {
        (self.function)(x)
    }
}

nn_core::submit! {
    LayerClass = LayerClass {
        class_name: "Lambda",
        module: module_path!(),
        layer_type: TypeId::of::<Lambda>(),
        from_config: |config| Some(Lambda::from_config(config).map(|l| Box::new(l) as Box<dyn DynLayer>)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(layer: &Lambda) -> f32 {
        layer.forward(Tensor::from([3.0_f32])).item().unwrap()
    }

    #[test]
    fn a_copy_has_the_function_of_its_original_and_no_other() {
        let (double, square) = (Lambda::new(|x| x * 2.0), Lambda::new(|x| x.square()));
        assert_eq!((value(&double), value(&square)), (6.0, 9.0));
        assert_eq!(value(&double.clone_model()), 6.0);
        assert_eq!(value(&square.clone_model()), 9.0);
        let scaled = [2.0, 5.0].map(|factor| Lambda::new(move |x| x * factor));
        assert_eq!(value(&scaled[0].clone_model()), 6.0);
        assert_eq!(value(&scaled[1].clone_model()), 15.0);
    }

    #[test]
    fn a_function_that_is_gone_is_an_error_with_the_way_out() {
        let factor = 2.0;
        let config = Lambda::new(move |x| x * factor).config();
        let error = Lambda::from_config(&config).unwrap_err().to_string();
        assert!(error.contains("a file holds no code"), "{error}");
    }
}
