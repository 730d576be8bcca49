// Puts a conversation into the database of llama-server's page, which it has made itself.
({ conversation, messages }) => new Promise((resolve, reject) => {
  const opening = indexedDB.open("LlamaUi");
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const database = opening.result;
    const change = database.transaction(["conversations", "messages"], "readwrite");
    change.objectStore("conversations").put(conversation);
    for (const message of messages) change.objectStore("messages").put(message);
    change.oncomplete = () => { database.close(); resolve(); };
    change.onerror = () => reject(change.error);
  };
});
