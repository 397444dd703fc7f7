/** From a call to its outcome. */
import type { Given, Operation } from './operation.js';
import type { ViewOptions } from './options.js';
import type { Settings } from './settings.js';

/** Makes calls. */
export class Engine {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  changed(_options: ViewOptions): Engine {
    return new Engine(this.#settings);
  }

  raw(): Engine {
    return this;
  }

  async call<T>(operation: Operation<T>, given: Given): Promise<T> {
    const path = operation.path.replace(/\{\}/g, () => encodeURIComponent(given.path?.[0] ?? ''));
    const response = await this.#settings.fetch(this.#settings.baseUrl + path, {
      method: operation.method,
    });
    const answer = operation.answers[response.status];
    return answer?.check?.(await response.json()) as T;
  }
}
