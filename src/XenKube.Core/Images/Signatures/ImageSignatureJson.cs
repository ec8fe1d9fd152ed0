using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace XenKube.Images.Signatures;

/// <summary>The JSON form of a checked signature, the contract of the command line.</summary>
internal static class ImageSignatureJson
{
    public static string Write(ImageSignature signature)
    {
        using var output = new MemoryStream();
        // The relaxed encoder leaves user ids such as "A <a@b>" readable; this is a document of its own, not part of a page.
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("verdict", signature.Verdict.ToString());
            json.WriteString("trust", signature.Trust.ToString());
            json.WriteString("primaryFingerprint", signature.PrimaryFingerprint);
            json.WriteString("signingFingerprint", signature.SigningFingerprint);
            json.WriteString("createdUtc", signature.CreatedUtc?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("hash", signature.Hash);
            json.WriteString("publicKeyAlgorithm", signature.PublicKeyAlgorithm);
            json.WriteString("signerUserId", signature.SignerUserId);
            json.WriteString("reason", signature.Reason);
            if (signature.Signatures.Count > 1)
            {
                json.WriteStartArray("signatures");
                foreach (var each in signature.Signatures)
                {
                    json.WriteStringValue(each.Verdict.ToString());
                }
                json.WriteEndArray();
            }
            json.WriteString("file", signature.File);
            json.WriteString("signatureFile", signature.SignatureFile);
            json.WriteNumber("length", signature.Length);
            json.WriteString("sha512", signature.Sha512);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
