using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using XenKube.Images;
using XenKube.Images.Signatures;

namespace XenKube.Benchmarks;

/// <summary>
/// Verifying an image against <c>sha512sum</c> of the same file, in pairs, one after the other: <c>verify [MEGABYTES] [PAIRS]</c>.
/// The signature is made by a key of the run's own; the file is in the page cache for both.
/// </summary>
internal static class VerifyComparison
{
    public static int Run(string[] arguments)
    {
        var megabytes = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 250;
        var pairs = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 7;
        var directory = Directory.CreateTempSubdirectory("xenkube-verify-");
        try
        {
            var image = Path.Combine(directory.FullName, "image.bin.bz2");
            WriteRandom(image, megabytes);
            foreach (var hash in new[] { "SHA512", "SHA256" })
            {
                var keys = Sign(directory.FullName, image, hash);
                Compare(image, keys, hash, megabytes, pairs);
            }
            return 0;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void Compare(string image, KeyRing keys, string hash, int megabytes, int pairs)
    {
        // Once each, so that file, runtime and program are warm.
        Verify(image, keys);
        Sum(image);
        var ratios = new List<double>();
        Console.WriteLine($"{megabytes} MB, signed with {hash}");
        Console.WriteLine("  verify s  sha512sum s  ratio  verify CPU s");
        for (var i = 0; i < pairs; i++)
        {
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            var ours = Measure(() => Verify(image, keys));
            var processor = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
            var theirs = Measure(() => Sum(image));
            ratios.Add(ours / theirs);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {ours,8:F3}  {theirs,11:F3}  {ours / theirs,5:F2}  {processor,12:F3}"));
        }
        ratios.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  median ratio {ratios[ratios.Count / 2]:F2} (wanted: at most 1.3)"));
    }

    private static double Measure(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalSeconds;
    }

    private static void Verify(string image, KeyRing keys)
    {
        var signature = SignatureVerifier.Verify(image, null, keys);
        if (!signature.IsTrusted)
        {
            throw new InvalidOperationException($"{signature.Verdict}: {signature.Reason}");
        }
    }

    private static void Sum(string image) => Execute("sha512sum", image);

    private static KeyRing Sign(string directory, string image, string hash)
    {
        var home = Path.Combine(directory, "gpg");
        Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var key = Path.Combine(directory, $"{hash}.asc");
        Execute("gpg", "--homedir", home, "--batch", "--passphrase", "", "--quick-gen-key", $"{hash} <bench@xenkube.example>", "rsa4096", "sign", "never");
        Execute("gpg", "--homedir", home, "--batch", "--yes", "--local-user", $"{hash} <bench@xenkube.example>", "--digest-algo", hash, "--output", image + ".sig", "--detach-sign", image);
        Execute("gpg", "--homedir", home, "--batch", "--yes", "--output", key, "--export", $"{hash} <bench@xenkube.example>");
        Execute("gpgconf", "--homedir", home, "--kill", "all");
        return KeyRing.Load(key, isTrusted: true);
    }

    private static void Execute(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program}: {error.Result}");
        }
    }

    private static void WriteRandom(string path, int megabytes)
    {
        using var file = File.Create(path);
        var buffer = new byte[1 << 20];
        for (var i = 0; i < megabytes; i++)
        {
            RandomNumberGenerator.Fill(buffer);
            file.Write(buffer);
        }
    }
}
