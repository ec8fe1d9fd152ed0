using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Kube;

/// <summary>Where a kubeconfig is, and how it is changed so that kubectl may change it at the same time.</summary>
internal static class KubeConfigFile
{
    /// <summary>More than the kubeconfig of somebody who manages hundreds of clusters.</summary>
    private const int LargestFile = 16 << 20;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// The file that kubectl would use: of those that KUBECONFIG names the first that exists, or the last; <c>~/.kube/config</c> where the
    /// variable is not set.
    /// </summary>
    public static string UsualPath()
    {
        var named = (CallerEnvironment.Get("KUBECONFIG") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Path.GetFullPath(Array.Find(named, File.Exists) ?? named.LastOrDefault()
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config"));
    }

    /// <summary>Reads a kubeconfig; null if the file does not exist.</summary>
    /// <exception cref="InvalidInputException">It is not a kubeconfig.</exception>
    public static KubeConfigDocument? TryRead(string path) =>
        WholeFile.TryRead(path, LargestFile, regularOnly: true) is { } bytes ? KubeConfigDocument.Read(bytes, path) : null;

    /// <summary>Changes a kubeconfig, or makes one if the file does not exist. Only its owner may read the file afterwards.</summary>
    /// <param name="path">The file.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Ends the wait for kubectl.</param>
    /// <exception cref="InvalidInputException">The file is not a kubeconfig, and stays as it is.</exception>
    /// <exception cref="ItemInUseException">Another program changes it.</exception>
    public static void Change(string path, Action<KubeConfigDocument> change, CancellationToken cancellationToken)
    {
        try
        {
            HostFile.MakeDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!, PrivateFile.OwnerOnlyDirectory);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.DirectoryNotMade, path, null, e.Message, innerException: e);
        }
        using var place = PathWalk.Find(path, followLast: false);
        // kubectl's own lock (client-go, tools/clientcmd/config.go, lockFile): a file that only one can make.
        byte[] name = [.. Encoding.UTF8.GetBytes(Path.GetFileName(path)), .. ".lock\0"u8];
        using var held = Lock(place.Directory, name, path, cancellationToken);
        try
        {
            var document = TryRead(path) ?? KubeConfigDocument.Read([], path);
            change(document);
            AtomicFile.Write(path, document.ToYaml(), PrivateFile.OwnerOnly);
        }
        finally
        {
            place.Directory.Remove(name);
        }
    }

    private static SafeFileHandle Lock(DirectoryHandle directory, byte[] name, string path, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return directory.Create(name, PrivateFile.OwnerOnly);
            }
            catch (Exception e) when (e.IsFileTrouble() && directory.Find(name) is null or { IsRegularFile: true }
                && (Errno)e.HResult == Errno.Exists && Stopwatch.GetElapsedTime(start) < LongestWait)
            {
                cancellationToken.WaitHandle.WaitOne(Pause);
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (Exception e) when (e.IsFileTrouble())
            {
                throw (Errno)e.HResult == Errno.Exists
                    ? new ItemInUseException(ErrorIds.KubeConfigInUse, path, null,
                        $"kubectl changes the file, or was stopped while it did: {Printable.Name(path)}.lock exists",
                        $"If no kubectl runs: rm {ShellWord.Quote(path + ".lock")}")
                    : AtomicFile.Failed(path, e);
            }
        }
    }
}
