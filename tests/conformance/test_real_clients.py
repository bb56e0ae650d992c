"""Real clients of other languages, where the machine has them: zeep drives whole updates, node and Java call us."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from infra.local.web_connector import zeep_transport
from tests.conformance.updates import SECOND_COMPUTER, TOKEN, Shop, ref_numbers
from tests.fakes.office import credit_and_refund, invoice_and_payment, receipt


def test_zeep_drives_whole_updates_on_our_wsdl(shop: Shop, tmp_path: Path) -> None:
    """The served WSDL names the public address, so zeep is given the same document for this machine."""
    wsdl = tmp_path / "here.wsdl"
    wsdl.write_bytes(
        shop.get("/quickbooks?wsdl").body.replace(b"https://connector.example.com/quickbooks", shop.door.url.encode())
    )
    shop.add([*(receipt(n) for n in range(12)), *invoice_and_payment(30), *credit_and_refund(40)])
    connector = shop.web_connector(SECOND_COMPUTER)
    connector._call = zeep_transport(wsdl.as_uri())
    run = connector.update()
    assert run.ok, run.status_text
    assert len(ref_numbers(shop.company)) == 12
    assert connector.update().status_text == "No data exchange required"
    assert shop.ties_out()


_NODE = """
const http = require("http");
const [url, user, password] = process.argv.slice(2);
const agent = new http.Agent({keepAlive: true});
const escape = (text) => text.replace(/[&<>]/g, (c) => ({"&": "&amp;", "<": "&lt;", ">": "&gt;"})[c]);
function call(name, parameters) {
  const inner = Object.entries(parameters).map(([k, v]) =>
    v === null ? `<${k} xsi:nil="true"/>` : `<${k}>${escape(v)}</${k}>`);
  const body = `<?xml version="1.0" encoding="utf-8"?>` +
    `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"` +
    ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:tns="http://developer.intuit.com/"><soap:Body>` +
    `<${name} xmlns="http://developer.intuit.com/">${inner.join("")}</${name}></soap:Body></soap:Envelope>`;
  const headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": `"http://developer.intuit.com/${name}"`,
    "Content-Length": Buffer.byteLength(body), "Expect": "100-continue"};
  return new Promise((resolve, reject) => {
    const request = http.request(url, {method: "POST", headers, agent}, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => text += part);
      answer.on("end", () => resolve({status: answer.statusCode, type: answer.headers["content-type"], text}));
    });
    request.on("error", reject);
    request.on("continue", () => request.end(body));
    request.flushHeaders();
  });
}
(async () => {
  const answers = [await call("serverVersion", {}), await call("clientVersion", {strVersion: null}),
    await call("authenticate", {strUserName: user, strPassword: password})];
  const ticket = /<string>([0-9a-f]+)</.exec(answers[2].text)[1];
  answers.push(await call("sendRequestXML", {ticket, strHCPResponse: null, strCompanyFileName: "C:\\\\Zoë & Søn.QBW",
    qbXMLCountry: "US", qbXMLMajorVers: "16", qbXMLMinorVers: "0"}));
  answers.push(await call("receiveResponseXML", {ticket, response: "", hresult: "0x8004040D", message: "gone"}));
  answers.push(await call("getLastError", {ticket}), await call("closeConnection", {ticket}));
  console.log(JSON.stringify(answers));
  agent.destroy();
})();
"""


@pytest.mark.skipif(not shutil.which("node"), reason="there is no node on this machine")
def test_node_over_one_connection_with_expect_100(shop: Shop, tmp_path: Path) -> None:
    program = tmp_path / "client.js"
    program.write_text(_NODE)
    shop.add([receipt(1)])
    done = subprocess.run(
        ["node", str(program), shop.door.url, shop.user_name, TOKEN],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert {(answer["status"], answer["type"]) for answer in answers} == {(200, "text/xml; charset=utf-8")}
    assert "HostQueryRq" in answers[3]["text"], "without a description the company is asked"
    assert "<receiveResponseXMLResult>-1</receiveResponseXMLResult>" in answers[4]["text"]
    assert "0x8004040D" in answers[5]["text"]


_JAVA = """
import java.net.URI;
import java.net.http.*;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.*;

public class Client {
    public static void main(String[] args) throws Exception {
        var client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
        for (int i = 1; i < args.length; i++) {
            var part = args[i].split("=", 2);
            var request = HttpRequest.newBuilder(URI.create(args[0])).version(HttpClient.Version.HTTP_1_1)
                .header("Content-Type", "text/xml; charset=utf-8").expectContinue(true)
                .header("SOAPAction", "\\"http://developer.intuit.com/" + part[0] + "\\"")
                .POST(HttpRequest.BodyPublishers.ofString(part[1])).build();
            var answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            var factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var document = factory.newDocumentBuilder().parse(new java.io.ByteArrayInputStream(answer.body()));
            var found = document.getElementsByTagNameNS("http://developer.intuit.com/", part[0] + "Result");
            System.out.println(answer.statusCode() + " " + found.getLength() + " " + found.item(0).getTextContent());
        }
    }
}
"""


@pytest.mark.skipif(not shutil.which("java"), reason="there is no Java on this machine")
def test_javas_own_http_client_and_parser(shop: Shop, tmp_path: Path) -> None:
    """Bodies as JAX-WS writes them; Java's parser is another judge of what comes back."""
    from tests.conformance.clients import jaxws

    program = tmp_path / "Client.java"
    program.write_text(_JAVA)
    shop.add([receipt(1)])
    calls = {
        "serverVersion": {},
        "authenticate": {"strUserName": "Zoë", "strPassword": "wrong"},
        "receiveResponseXML": {"ticket": "none of yours"},
        "closeConnection": {"ticket": ""},
    }
    arguments = [f"{name}={jaxws(name, parameters)[1].decode()}" for name, parameters in calls.items()]
    done = subprocess.run(
        ["java", str(program), shop.door.url, *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["200 1 1.0.0", "200 1 nvu", "200 1 -1", "200 1 OK"]
