// The page of those who develop with the graph: GraphiQL, and around it what Ficus adds.
import "./workers.js";
import "graphiql/style.css";
import "./console.css";
import { createRoot } from "react-dom/client";
import { App } from "./App.jsx";

createRoot(document.getElementById("root")).render(<App />);
