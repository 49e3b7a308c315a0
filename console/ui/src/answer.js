// Answers that the page makes itself, of what is none.
export const failure = (message) => ({ errors: [{ message }] });

export const unanswered = failure("The gateway did not answer. Is it running? Run the operation again once it is");

// reply is a text as an answer: what is no JSON is one that says so.
export function reply(status, text) {
  try {
    return JSON.parse(text);
  } catch {
    return failure(`HTTP ${status}, and no JSON: ${text.slice(0, 500)}`);
  }
}
