//! The same seed gives the same bits on any number of threads, and a resumed training those of one that never stopped.

mod common;

use common::{SmallCnn, bits, classify, folder, quiet, same_on_any_threads};
use nn::prelude::*;

#[test]
fn twenty_steps_of_a_cnn_give_the_same_bits_on_1_2_and_7_threads() {
    let (train, _) = nn::datasets::mnist().unwrap();
    let data = train.take(20 * 64);
    same_on_any_threads(|| {
        nn::set_seed(3);
        let mut model = SmallCnn::new(10).compile(classify());
        let history = model.fit(&data, quiet().batch_size(64)).unwrap();
        (bits(&*model), history["loss"][0].to_bits())
    });
}

#[test]
fn a_prefetched_epoch_gives_the_same_bits() {
    let (train, _) = nn::datasets::mnist().unwrap();
    let data = train.take(300);
    let train = |ahead: usize| {
        nn::set_seed(4);
        let mut model = SmallCnn::new(10).compile(classify());
        model.fit(&data, quiet().prefetch(ahead)).unwrap();
        bits(&*model)
    };
    assert!(train(0) == train(3));
}

#[test]
fn a_resumed_training_equals_an_uninterrupted_one_to_the_bit() {
    let path = folder("resume").join("model.safetensors");
    let (train, _) = nn::datasets::mnist().unwrap();
    let data = train.take(500);
    let start = || {
        nn::set_seed(5);
        SmallCnn::new(10).compile(classify())
    };
    let mut whole = start();
    whole.fit(&data, quiet().epochs(2)).unwrap();

    let mut first = start();
    first.fit(&data, quiet()).unwrap();
    first.save(&path).unwrap();
    nn::set_seed(999); // what other code draws in between does not matter
    let mut second = Compiled::<SmallCnn>::load(&path).unwrap();
    assert!(bits(&*first) == bits(&*second), "loaded");
    second.fit(&data, quiet()).unwrap();
    assert!(bits(&*whole) == bits(&*second), "resumed");
    assert_eq!(second.epochs_trained(), 2);
    assert_eq!(
        whole.evaluate(&data).unwrap(),
        second.evaluate(&data).unwrap()
    );
}

#[test]
fn frozen_layers_and_clones_keep_their_bits() {
    let (train, _) = nn::datasets::mnist().unwrap();
    let data = train.take(200);
    nn::set_seed(6);
    let model = SmallCnn::new(10);
    model.build([28, 28, 1]).unwrap();
    model.blocks[0].set_trainable(false);
    let (frozen, copy) = (bits(&model.blocks[0]), model.clone_model());
    let before = bits(&copy);
    let mut model = model.compile(classify());
    model.fit(&data, quiet()).unwrap();
    assert!(
        bits(&model.blocks[0]) == frozen,
        "kernel, bias, gamma, beta and moving statistics"
    );
    assert!(bits(&model.blocks[1]) != bits(&copy.blocks[1]));
    assert!(bits(&copy) == before, "a clone has weights of its own");
    let fresh = copy.clone_reinitialized(1);
    assert!(bits(&fresh) != before && bits(&fresh) == bits(&copy.clone_reinitialized(1)));
}
