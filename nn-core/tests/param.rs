//! Parameters that several use at once, and updates that cannot be.

use nn_core::{DType, Error, Initializer, Param, Tensor};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;

fn ones() -> Param {
    let param = Param::new(Initializer::Ones);
    param.build([2]).unwrap();
    param
}

fn values(param: &Param) -> Vec<f32> {
    param.value().to_vec().unwrap()
}

/// Each thread has its own value at one time, and afterwards there is the one from before, or what was set meanwhile.
#[test]
fn another_value_is_for_the_thread_that_asks_for_it() {
    let (param, barrier) = (ones(), Barrier::new(3));
    std::thread::scope(|scope| {
        for number in [2.0_f32, 3.0] {
            let (param, barrier) = (&param, &barrier);
            scope.spawn(move || {
                let own = Tensor::full([2], number);
                let seen = param.with_value(&own, || {
                    barrier.wait();
                    let seen = values(param);
                    barrier.wait();
                    seen
                });
                assert_eq!(seen.unwrap(), [number; 2]);
            });
        }
        barrier.wait();
        assert_eq!(values(&param), [1.0; 2]);
        barrier.wait();
    });
    assert_eq!(values(&param), [1.0; 2]);
    let inner = param.with_value(&Tensor::zeros([2]), || {
        let innermost = param.with_value(&Tensor::full([2], 7.0_f32), || values(&param));
        param.set_value(&Tensor::full([2], 5.0_f32)).unwrap();
        (innermost.unwrap(), values(&param))
    });
    assert_eq!(inner.unwrap(), (vec![7.0; 2], vec![0.0; 2]));
    assert_eq!(values(&param), [5.0; 2]);
}

#[test]
fn an_update_that_asks_its_own_parameter_does_not_wait_for_itself() {
    let param = ones();
    let asks: [&dyn Fn(); 3] = [
        &|| drop(param.value()),
        &|| drop(param.set_value(&Tensor::zeros([2]))),
        &|| drop(param.update(|_| Ok(()))),
    ];
    for ask in asks {
        let update = || {
            param.update(|_| {
                ask();
                Ok(())
            })
        };
        let panic = catch_unwind(AssertUnwindSafe(update)).unwrap_err();
        let message = panic.downcast::<String>().unwrap();
        assert!(message.contains("`Param::update` is running"), "{message}");
        assert_eq!(values(&param), [1.0; 2]);
    }
    param
        .update(|value| {
            *value = &*value + 1.0;
            Ok(())
        })
        .unwrap();
    assert_eq!(values(&param), [2.0; 2]);
}

#[test]
fn an_update_leaves_what_fits_or_what_was() {
    let param = ones();
    let id = param.id();
    for (wrong, text) in [
        (Tensor::failed(Error::value("no luck")), "no luck"),
        (Tensor::abstract_of([2], DType::F32), "abstract"),
        (Tensor::zeros([7]), "expected [2], found [7]"),
        (Tensor::from([1_i64, 2]), "expected f32, found i64"),
    ] {
        let update = param.update(|value| {
            *value = wrong;
            Ok(())
        });
        let error = update.unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    }
    let failed = param.update(|value| {
        value.data_mut::<f32>()?[0] = 9.0;
        Err(Error::value("half way"))
    });
    assert!(failed.unwrap_err().to_string().contains("half way"));
    assert_eq!((values(&param), param.id()), (vec![1.0; 2], id));
}
