import os

def main():
    return os.environ["STARTED"]

if __name__ == "__main__":
    main()
app = None
