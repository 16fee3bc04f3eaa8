//! Optimizers agree with Keras: both variables after each of five steps, the learning rate of each, and the state at the end.
//! Schedules agree at many steps.

mod golden_support;

use golden_support::{Case, cases, finish, worst};
use nn_core::{
    GradientTape, Gradients, Initializer, IntoInput, Layer, Module, Param, Result, Tensor,
};
use nn_train::{optimizers, schedules};
use serde_json::{Value, json};

/// Five steps of a handful of roundings each.
const TOLERANCE: f64 = 2e-6;

const EMA: &str = "averages of the weights are not kept by the optimizer";
const ACCUMULATION: &str = "gradients are not accumulated by the optimizer";

/// Cases that do not apply, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("adam/ema", EMA),
    ("adam/ema_overwrite", EMA),
    ("adam/gradient_accumulation", ACCUMULATION),
    ("adam_w/ema", EMA),
    ("adam_w/ema_overwrite", EMA),
    ("adam_w/gradient_accumulation", ACCUMULATION),
    ("rmsprop/ema", EMA),
    ("rmsprop/ema_overwrite", EMA),
    ("rmsprop/gradient_accumulation", ACCUMULATION),
    ("sgd/ema", EMA),
    ("sgd/ema_overwrite", EMA),
    ("sgd/gradient_accumulation", ACCUMULATION),
];

/// The two variables of a case, as a layer.
struct Variables {
    kernel: Param,
    bias: Param,
}

impl Module for Variables {
    fn class_name(&self) -> Option<&'static str> {
        Some("Variables")
    }
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        visit("kernel", &self.kernel);
        visit("bias", &self.bias);
    }
    fn config(&self) -> Value {
        json!({})
    }
    fn from_config(_: &Value) -> Result<Variables> {
        unreachable!("never loaded")
    }
}

impl Layer for Variables {
    type Input = (Tensor, Tensor);
    type Output = Tensor;
    /// Its gradients are the inputs.
    fn run(&self, (kernel, bias): (Tensor, Tensor), _: bool) -> Tensor {
        (kernel * &self.kernel).sum() + (bias * &self.bias).sum()
    }
}

impl Variables {
    fn new(case: &Case) -> Result<Variables> {
        let variables = Variables {
            kernel: Param::new(Initializer::Zeros),
            bias: Param::new(Initializer::Zeros),
        };
        variables.kernel.set_value(case.tensor("before/kernel"))?;
        variables.bias.set_value(case.tensor("before/bias"))?;
        Ok(variables)
    }

    fn gradients(&self, kernel: &Tensor, bias: &Tensor) -> Result<Gradients> {
        let tape = GradientTape::new();
        let target = self.call((kernel.clone(), bias.clone()), true);
        tape.gradient(&target, self)
    }
}

/// What is off in a case.
fn check(case: &Case) -> Result<Vec<String>> {
    let mut description = case.description.clone();
    if let Some(excluded) = case.description.get("exclude_from_weight_decay") {
        description["config"]["exclude_from_weight_decay"] = excluded.clone();
    }
    let mut optimizer = optimizers::from_config(&description)?;
    let variables = Variables::new(case)?;
    let mut off = Vec::new();
    let mut compare = |what: &str, found: &Tensor, expected: &Tensor| {
        let by = worst(found, expected, TOLERANCE);
        if by > 1.0 {
            off.push(format!(
                "{what} by {by} tolerances:\n  found    {found}\n  expected {expected}"
            ));
        }
    };
    for k in 0..5 {
        let rate = Tensor::from(optimizer.learning_rate());
        compare(
            &format!("learning_rate.{k}"),
            &rate,
            case.tensor(&format!("learning_rate.{k}")),
        );
        let gradient = |v: &str| case.tensor(&format!("grad.{k}/{v}"));
        let gradients = variables.gradients(gradient("kernel"), gradient("bias"))?;
        if k == 2 {
            // Saved and loaded in the middle, it goes on the same.
            let saved = optimizer.state(&variables.parameters());
            optimizer = optimizers::from_config(&optimizer.config())?;
            optimizer.load_state(&variables.parameters(), &saved)?;
        }
        nn_train::optimizers::Optimizer::apply(&mut optimizer, &variables, &gradients)?;
        for p in variables.parameters() {
            let name = format!("after.{k}/{}", p.path());
            compare(&name, &p.value(), case.tensor(&name));
        }
    }
    let state = optimizer.state(&variables.parameters());
    assert_eq!(optimizer.iterations(), 5);
    let mut slots = 0;
    for name in case.names("slot/") {
        let (variable, slot) = name.split_once('/').expect("slot/<variable>/<slot>");
        let wanted = format!("optimizer/{slot}/{variable}");
        match state.iter().find(|(name, _)| *name == wanted) {
            Some((_, found)) => compare(name, found, case.tensor(&format!("slot/{name}"))),
            None => panic!("{}: no {wanted}", case.path()),
        }
        slots += 1;
    }
    assert_eq!(
        state.len(),
        slots + 1,
        "{}: the slots and the number of steps, nothing else",
        case.path()
    );
    Ok(off)
}

#[test]
fn variables_and_slots() {
    let cases = cases("optimizers");
    let mut complaints = Vec::new();
    let mut checked = 0;
    for case in &cases {
        let excused = LEFT_OUT.iter().any(|(path, _)| *path == case.path());
        match check(case) {
            Err(_) if excused => continue,
            Err(error) => complaints.push(format!("{}: {error}", case.path())),
            Ok(_) if excused => complaints.push(format!("{}: works, but is left out", case.path())),
            Ok(off) => {
                complaints.extend(off.into_iter().map(|off| format!("{}: {off}", case.path())))
            }
        }
        checked += 1;
    }
    finish("optimizers", checked, &complaints, LEFT_OUT, &cases);
}

#[test]
fn schedules_at_many_steps() {
    let cases = cases("schedules");
    let mut complaints = Vec::new();
    for case in &cases {
        let schedule = schedules::from_config(&case.description)
            .unwrap_or_else(|e| panic!("{}: {e}", case.path()));
        let again = schedules::from_config(&schedule.config()).expect("its own configuration");
        let (steps, values) = (
            case.tensor("steps").data::<i64>(),
            case.tensor("values").data::<f32>(),
        );
        for (&step, &expected) in steps.iter().zip(values) {
            let found = schedule.at(step as u64);
            assert_eq!(found.to_bits(), again.at(step as u64).to_bits());
            // Keras computes in f32: a power of up to 1000 / 7 and cosines of up to π, of rates of 0.1.
            if (found - f64::from(expected)).abs() <= 1e-6 * f64::from(expected).abs() + 1e-8 {
                continue;
            }
            complaints.push(format!(
                "{} at {step}: {found}, expected {expected}",
                case.path()
            ));
        }
    }
    finish("schedules", cases.len(), &complaints, &[], &cases);
}
