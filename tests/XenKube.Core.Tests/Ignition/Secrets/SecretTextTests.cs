using System.IO.Compression;
using System.Text;
using XenKube.Ignition.Comparing;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Secrets;

/// <summary>What is taken for a secret by its look. Every secret here is made up.</summary>
public class SecretTextTests
{
    private const string Pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEhidden+/=\nhidden\n-----END RSA PRIVATE KEY-----";

    [Theory]
    [InlineData("private key", Pem)]
    [InlineData("private key", "-----BEGIN OPENSSH PRIVATE KEY-----\nhidden\n-----END OPENSSH PRIVATE KEY-----\n")]
    [InlineData("private key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nhidden")]
    [InlineData("private key", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nhidden\n-----END PGP PRIVATE KEY BLOCK-----")]
    [InlineData("private key", "PuTTY-User-Key-File-3: ssh-ed25519\nhidden")]
    [InlineData("private key", "AGE-SECRET-KEY-1HIDDENHIDDENHIDDEN")]
    [InlineData("password hash", "root:$6$saltsalt$hiddenhiddenhiddenhidden:19000:0:99999:7:::")]
    [InlineData("password hash", "$2y$10$hiddenhiddenhiddenhidden")]
    [InlineData("password hash", "$y$j9T$hiddenhidden$hiddenhiddenhidden")]
    [InlineData("password hash", "user:$apr1$hidden..$hiddenhidden")]
    [InlineData("header value", "Authorization: Basic aGlkZGVuOmhpZGRlbg==")]
    [InlineData("header value", "curl -H 'authorization: Bearer hidden-hidden' http://h/")]
    [InlineData("header value", "{\"name\":\"Authorization\",\"value\":\"Bearer hidden\"}")]
    [InlineData("header value", "- name: Authorization\n  value: Basic hidden")]
    [InlineData("token", "bearer hiddenhiddenhidden")]
    [InlineData("token", "ghp_hiddenhiddenhiddenhidden12")]
    [InlineData("token", "eyJhbGciOiJIUzI1NiJ9.hiddenhidden.hiddenhidden")]
    [InlineData("token", "kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef")]
    [InlineData("token", "http://h/x?X-Amz-Signature=hiddenhidden&y=1")]
    [InlineData("token", "{\"auths\":{\"r\":{\"auth\":\"aGlkZGVuaGlkZGVu\"}}}")]
    [InlineData("password", "https://user:hidden@registry.example/v2")]
    [InlineData("password", "password: hidden")]
    [InlineData("password", "DB_PASSWORD=hidden")]
    [InlineData("password", "Environment=\"DB_PASSWORD=hidden\"")]
    [InlineData("password", "\"clientSecret\": \"hidden hidden\"")]
    [InlineData("password", "PrivateKey = hiddenhiddenhidden=")]
    [InlineData("password", "password_hash: hidden")]
    [InlineData("password", "docker login --password hidden r.example")]
    [InlineData("password", "machine h login u password hidden")]
    public void Secret_is_replaced_by_kind_length_and_fingerprint(string kind, string text)
    {
        var shown = SecretText.Redact(text);
        Assert.DoesNotContain("hidden", shown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("0123456789abcdef", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("aGlkZGVu", shown, StringComparison.Ordinal);
        Assert.Matches($@"\[{kind}, [0-9]+ bytes, SHA256:[0-9a-f]{{8}}\]", shown);
        Assert.Equal(shown, SecretText.Redact(shown));
        Assert.Equal(shown, SecretText.Redact(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAA= me@host")]
    [InlineData("PasswordAuthentication no")]
    [InlineData("root:x:0:0:root:/root:/bin/bash")]
    [InlineData("passwd:\n  users:\n    - name: core")]
    [InlineData("password: ${DB_PASSWORD}")]
    [InlineData("token: $TOKEN")]
    [InlineData("--token-file /etc/token --tls-private-key-file=/etc/k.pem")]
    [InlineData("tls_key: /etc/ssl/private.pem\npassword=/run/secrets/db")]
    [InlineData("ExecStart=/usr/bin/etcd --name node-1 --initial-advertise-peer-urls http://192.168.100.11:2380")]
    [InlineData("http://192.168.100.1/etcd/node-1.json")]
    [InlineData("compass=north")]
    [InlineData("data:,hello%20there")]
    public void What_is_not_a_secret_stays(string text) => Assert.Equal(text, SecretText.Redact(text));

    [Fact]
    public void Secret_is_found_in_any_data_URL()
    {
        var bytes = Encoding.UTF8.GetBytes(Pem);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(bytes);
        }
        foreach (var url in new[] { DataUrl.Encode(bytes), DataUrl.EncodeBase64(bytes), DataUrl.EncodeBase64(packed.ToArray()) })
        {
            var shown = SecretText.Redact($$"""{"contents":{"source":"{{url}}","verification":1}""");
            Assert.Matches("^\\{\"contents\":\\{\"source\":\"\\[private key, [0-9]+ bytes, SHA256:[0-9a-f]{8}\\]\",\"verification\"", shown);
        }
        Assert.DoesNotContain("LS0tLS1CRUdJTi", SecretText.Redact($"client-key-data: {Convert.ToBase64String(bytes)}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Placeholders_of_two_secrets_differ_and_those_of_one_do_not()
    {
        Assert.NotEqual(SecretText.Redact("password: one"), SecretText.Redact("password: two"));
        Assert.Equal(SecretText.Redact("password: one")[10..], SecretText.Redact("DB_PASSWORD=one")[12..]);
    }

    [Theory]
    [InlineData("/etc/kubernetes/admin.token", true)]
    [InlineData("/etc/ssl/server.key", true)]
    [InlineData("/home/core/.ssh/id_ed25519", true)]
    [InlineData("/home/core/.ssh/id_ed25519.pub", false)]
    [InlineData("/etc/secrets/db", true)]
    [InlineData("/etc/db-password", true)]
    [InlineData("/etc/shadow", true)]
    [InlineData("/etc/passwd", false)]
    [InlineData("/etc/hostname", false)]
    public void File_is_a_secret_by_its_path(string path, bool isSecret) => Assert.Equal(isSecret, SecretNames.IsSecretFile(path));

    [Fact]
    public void Changed_key_of_a_file_shows_in_neither_line_of_the_difference()
    {
        static byte[] Json(string key) => Encoding.UTF8.GetBytes(IgnitionTranspiler.Transpile($"""
            storage:
              files:
                - path: /etc/etcd.conf
                  filesystem: root
                  contents:
                    inline: |
                      before
                      {key.Replace("\n", "\n          ", StringComparison.Ordinal)}
                      after
                - {"{"}path: /etc/token, filesystem: root, contents: {"{"}inline: hidden{key.Length}{"}}"}
            """).Json);
        var shown = IgnitionComparison.Compare(Json(Pem), Json(Pem.Replace("+", "-", StringComparison.Ordinal) + "\nmore")).ToString();
        Assert.DoesNotContain("hidden", shown, StringComparison.Ordinal);
        Assert.Matches(@"\n-\[private key, [0-9]+ bytes, SHA256:[0-9a-f]{8}\]\n\+\[private key,", shown);
        Assert.Matches(@"file /etc/token: content \[secret content, [0-9]+ bytes, SHA256:[0-9a-f]{8}\] -> \[", shown);
    }

    [Fact]
    public void Long_text_takes_time_in_proportion_to_its_length()
    {
        // Texts at which patterns that try again at every place need the square of the time.
        foreach (var hostile in new[] { "-----BEGIN ", "password", "a:", "data:,", "$6$", "eyJ", "authorization" })
        {
            var text = string.Concat(Enumerable.Repeat(hostile, 200_000 / hostile.Length));
            Assert.NotNull(SecretText.Redact(text));
        }
    }
}
