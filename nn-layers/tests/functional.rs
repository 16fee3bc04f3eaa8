//! Functional models: what they give, what they are made of, and what is said of those that cannot be.

use nn_core::{DType, GradientTape, Layer, Module, Tensor, testing};
use nn_layers::{
    Activation, BatchNormalization, Dense, Dropout, Embedding, Functional, Input, On, Shared,
};

type OneToOne = Functional<Tensor, Tensor>;

fn message<T>(result: nn_core::Result<T>) -> String {
    result.err().expect("an error").to_string()
}

#[test]
fn it_gives_what_its_parts_give() {
    let x = Input::new([4]);
    let first = Shared::new(Dense::new(4).activation(Activation::Tanh)).named("first");
    let twice = first.on(first.on(&x));
    let model = OneToOne::new(x.clone(), (twice * 2.0 - &x).relu()).unwrap();
    let input = Tensor::random_normal([3, 4]);
    let parameters = model.parameters();
    assert_eq!(parameters.len(), 2);
    let (kernel, bias) = (parameters[0].value(), parameters[1].value());
    let dense = |x: &Tensor| (x.matmul(&kernel) + &bias).tanh();
    let expected = (dense(&dense(&input)) * 2.0 - &input).relu();
    testing::assert_close(&model.forward(&input), &expected, 1e-6);
    // One set of weights, whose gradient is that of both uses.
    let tape = GradientTape::persistent();
    let loss = model.forward(&input).sum();
    let again = ((dense(&dense(&input)) * 2.0 - &input).relu()).sum();
    let [a, b] = [loss, again].map(|l| tape.gradient(&l, &kernel).unwrap());
    testing::assert_close(&a, &b, 1e-5);
}

#[test]
fn it_is_saved_copied_and_read_as_it_is() {
    let (tokens, scale) = (
        Input::of([5], DType::I64).name("tokens"),
        Input::new([]).name("scale"),
    );
    let embedded = Embedding::new(7, 3).on(&tokens);
    let h = BatchNormalization::new().on(embedded).mean_axis(1);
    let factor = Tensor::from([0.5_f32, f32::INFINITY, 2.0]).minimum(3.0);
    let y = Dropout::new(0.5).on(h * factor) * scale.reshape([-1, 1]);
    let model: Functional<(Tensor, Tensor), [Tensor; 2]> =
        Functional::new((tokens, scale), [Dense::new(2).named("out").on(&y), y]).unwrap();
    let inputs = || {
        (
            Tensor::from([[0_i64, 1, 2, 3, 4], [6, 6, 5, 5, 4]]),
            Tensor::from([1.0_f32, -2.0]),
        )
    };
    let bits = |m: &Functional<(Tensor, Tensor), [Tensor; 2]>| {
        let [a, b] = m.forward(inputs());
        [a.to_vec::<f32>().unwrap(), b.to_vec::<f32>().unwrap()]
    };
    let expected = bits(&model);
    assert_eq!(bits(&model.clone()), expected);
    let copy = model.clone_model();
    assert_eq!(bits(&copy), expected);
    assert_eq!(copy.config(), model.config());
    assert_eq!(model.input_names(), ["tokens", "scale"]);
    assert_eq!(model.inputs()[0], [5]);
    assert!(model.get_layer("out").is_some() && model.get_layer("outer").is_none());
    let one_to_one = message(OneToOne::from_config(&model.config()));
    assert!(one_to_one.contains("2 inputs"), "{one_to_one}");
    // In training its layers train: dropout drops, statistics follow.
    let [_, dropped] = model.call(inputs(), true);
    assert!(dropped.to_vec::<f32>().unwrap().contains(&0.0));
}

#[test]
fn other_batches_go_through_what_was_traced_with_an_open_one() {
    let x = Input::new([2, 3]);
    let flat = x.reshape([-1, 6]);
    let model = OneToOne::new(x.clone(), Dense::new(1).on(flat.slice_axis(1, 1..))).unwrap();
    for batch in [1, 4, 0] {
        assert_eq!(
            model.forward(Tensor::ones([batch, 2, 3])).shape(),
            [batch, 1]
        );
    }
    let e = message(model.forward(Tensor::ones([2, 3])).into_result());
    assert!(
        e.contains("the input `input` is [_, 2, 3], found [2, 3]"),
        "{e}"
    );
}

#[test]
fn what_is_no_model_says_why() {
    let (x, other) = (Input::new([4]), Input::new([4]).name("other"));
    let e = message(OneToOne::new(x.clone(), &x + &other));
    assert!(
        e.contains("need the input `other`, which is not among the inputs"),
        "{e}"
    );
    let twice = Functional::<(Tensor, Tensor), Tensor>::new((x.clone(), x.clone()), x.relu());
    assert!(message(twice).contains("given twice"));
    let e = message(OneToOne::new(x.relu(), x.relu()));
    assert!(
        e.contains("an input of a Functional model is a symbolic one"),
        "{e}"
    );
    let dense = Dense::new(2);
    let e = message(OneToOne::new(x.clone(), dense.forward(&x)));
    assert!(e.contains("call the layer by `on`"), "{e}");
    let e = message(Dense::new(2).on(Tensor::ones([1, 4])).into_result());
    assert!(e.contains("run by `forward`"), "{e}");
    let named = |x: &Tensor| Dense::new(4).named("a").on(x);
    let e = message(OneToOne::new(x.clone(), named(&named(&x))));
    assert!(e.contains("two layers or inputs are called `a`"), "{e}");
    let e = message(OneToOne::new(x.clone(), Dense::new(4).named("a.b").on(&x)));
    assert!(e.contains("no name of a layer"), "{e}");
    assert!(message(x.relu().name("h").into_result()).contains("only an input"));
    let e = message(OneToOne::new(x.clone(), nn_core::ops::dropout(&x, 0.5)));
    assert!(e.contains("are drawn by layers"), "{e}");
    // A mistake in the shapes comes out where the model is made.
    let e = message(OneToOne::new(x.clone(), Dense::new(3).on(&x) + &x));
    assert!(e.contains("cannot add"), "{e}");
}

#[test]
fn a_model_may_be_as_deep_as_one_likes() {
    let deep = std::thread::Builder::new().stack_size(256 << 10).spawn(|| {
        let x = Input::new([1]);
        let mut y = x.clone();
        for _ in 0..20_000 {
            y += 1.0;
        }
        let model = OneToOne::new(x, y).unwrap();
        let sum = model.forward(Tensor::zeros([1, 1])).item::<f32>().unwrap();
        assert_eq!(sum, 20_000.0);
    });
    deep.unwrap().join().unwrap();
}
